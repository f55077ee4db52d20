/**
 * Utilisation and queue of a replay over time, as SVG: the only use of echarts, which draws without a browser. Loaded
 * only where a picture was asked for. Its text has no words of others but those that it is given, and draws them as text.
 */
import {LineChart} from 'echarts/charts'
import {GridComponent, LegendComponent, TitleComponent} from 'echarts/components'
import {init, use} from 'echarts/core'
import {SVGRenderer} from 'echarts/renderers'
import type {Span} from '../../core/simulate/timeline.js'

const [WIDTH, HEIGHT] = [1200, 612]

/** Enough for a line that an eye can follow; the longest queue of each is drawn beside its mean. */
export const SPANS = 400

const [HOUR, DAY] = [3_600_000, 86_400_000]

const [BLUE, ORANGE, BROWN, INK, PALE] = ['#0072b2', '#e69f00', '#9c3d00', '#333333', '#e6e6e6']

/** Days, or hours of a short trace. */
const unitOf = (length: number): {readonly name: string; readonly size: number} =>
  length > 4 * DAY ? {name: 'days', size: DAY} : {name: 'hours', size: HOUR}

/** 1, 2 or 5 times a power of ten: some ten of them make up the whole. */
const tickOf = (whole: number): number => {
  const power = 10 ** Math.floor(Math.log10(whole / 8))
  return power * ([1, 2, 5].find(times => whole / (power * times) <= 12) ?? 10)
}

interface Drawn {
  readonly name: string
  readonly axis: number
  readonly color: string
  readonly fill: number
  readonly value: (span: Span) => number
}

const LINES: readonly Drawn[] = [
  {name: 'utilisation', axis: 0, color: BLUE, fill: 0.2, value: ({utilisation}) => 100 * utilisation},
  {name: 'longest queue', axis: 1, color: ORANGE, fill: 0.25, value: ({maxQueue}) => maxQueue},
  {name: 'mean queue', axis: 1, color: BROWN, fill: 0, value: ({meanQueue}) => meanQueue},
]

const seriesOf = (
  {name, axis, color, fill, value}: Drawn,
  spans: readonly Span[],
  x: (span: Span) => number,
) => ({
  type: 'line' as const,
  name,
  xAxisIndex: axis,
  yAxisIndex: axis,
  data: spans.map(span => [Number(x(span).toPrecision(6)), Number(value(span).toPrecision(5))]),
  showSymbol: false,
  step: 'middle' as const,
  lineStyle: {width: 1.2, color},
  itemStyle: {color},
  ...(fill === 0 ? {} : {areaStyle: {color, opacity: fill}}),
})

const LABELS = {color: INK, fontSize: 13}

/** Both alike, so that what happens at one time stands at one place. */
const timeAxis = (gridIndex: number, max: number, name: string) => {
  const interval = tickOf(max)
  // The end of the trace is no round number, and no label.
  const formatter = (at: number): string =>
    Math.abs(at / interval - Math.round(at / interval)) < 1e-6 ? String(Number(at.toPrecision(6))) : ''
  return {
    ...{type: 'value' as const, gridIndex, min: 0, max, interval},
    axisLabel: {...LABELS, formatter},
    splitLine: {lineStyle: {color: PALE}},
    ...(name === '' ? {} : {name, nameLocation: 'middle' as const, nameGap: 32, nameTextStyle: LABELS}),
  }
}

const amountAxis = (gridIndex: number, name: string, most: object) => ({
  ...{type: 'value' as const, gridIndex, min: 0, name, nameLocation: 'middle' as const, nameGap: 48},
  ...{nameTextStyle: LABELS, axisLabel: LABELS, splitLine: {lineStyle: {color: PALE}}},
  ...most,
})

const chartOf = (spans: readonly Span[], title: string) => {
  const [first, last] = [spans[0]?.at ?? 0, spans.at(-1)?.at ?? 0]
  const half = ((spans[1]?.at ?? first) - first) / 2
  const unit = unitOf(last - first)
  const x = ({at}: Span): number => (at - first + half) / unit.size
  const max = Math.max((last - first + 2 * half) / unit.size, 1e-6)
  const grid = {left: 80, right: 30, height: 205, outerBoundsMode: 'none' as const}
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: {text: title, left: 76, top: 12, textStyle: {fontSize: 17, color: INK}},
    legend: {top: 16, right: 30, icon: 'roundRect', itemGap: 22, textStyle: LABELS},
    grid: [
      {...grid, top: 58},
      {...grid, top: 338},
    ],
    xAxis: [timeAxis(0, max, ''), timeAxis(1, max, `${unit.name} since the first submission`)],
    yAxis: [amountAxis(0, 'utilisation (%)', {max: 100}), amountAxis(1, 'jobs waiting', {minInterval: 1})],
    series: LINES.map(line => seriesOf(line, spans, x)),
  }
}

export const drawTimeline = (spans: readonly Span[], title: string): string => {
  use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])
  const chart = init(null, null, {renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT})
  chart.setOption(chartOf(spans, title))
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${svg}\n`
}
