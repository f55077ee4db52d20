/**
 * Utilisation and queue of a replay over time, as SVG: the only use of echarts, which draws without a browser. Loaded
 * only where a picture was asked for. Its text has no words of others but those that it is given, and draws them as text.
 */
import {LineChart} from 'echarts/charts'
import {GridComponent, LegendComponent, TitleComponent} from 'echarts/components'
import {init, use} from 'echarts/core'
import {SVGRenderer} from 'echarts/renderers'
import type {Span} from '../../core/simulate/timeline.js'

const WIDTH = 1000
const HEIGHT = 560

/** As many spans as there are columns. */
export const SPANS = 800

const [HOUR, DAY] = [3_600_000, 86_400_000]

/** Days, or hours of a short trace. */
const unitOf = (line: readonly Span[]): {readonly name: string; readonly size: number} => {
  const length = (line.at(-1)?.at ?? 0) - (line[0]?.at ?? 0)
  return length > 4 * DAY ? {name: 'days', size: DAY} : {name: 'hours', size: HOUR}
}

const line = (name: string, axis: number, color: string, points: readonly (readonly [number, number])[]) => ({
  type: 'line' as const,
  name,
  xAxisIndex: axis,
  yAxisIndex: axis,
  data: points.map(point => [...point]),
  showSymbol: false,
  step: 'middle' as const,
  lineStyle: {width: 1, color},
  itemStyle: {color},
  areaStyle: {color, opacity: axis === 0 ? 0.25 : 0.1},
})

const chartOf = (spans: readonly Span[], title: string) => {
  const unit = unitOf(spans)
  const first = spans[0]?.at ?? 0
  const x = ({at}: Span): number => (at - first) / unit.size
  const most = Math.max(1, ...spans.map(x))
  const points = (value: (span: Span) => number) =>
    spans.map(span => [Number(x(span).toPrecision(6)), Number(value(span).toPrecision(5))] as const)
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: {text: title, left: 'center', textStyle: {fontSize: 15}},
    legend: {top: 28},
    grid: [
      {left: 70, right: 30, top: 70, height: 180},
      {left: 70, right: 30, top: 310, height: 180},
    ],
    xAxis: [
      {type: 'value' as const, gridIndex: 0, max: most, axisLabel: {show: false}},
      {
        type: 'value' as const,
        gridIndex: 1,
        max: most,
        name: unit.name,
        nameLocation: 'middle' as const,
        nameGap: 28,
      },
    ],
    yAxis: [
      {type: 'value' as const, gridIndex: 0, min: 0, max: 100, name: 'utilisation, %'},
      {type: 'value' as const, gridIndex: 1, min: 0, name: 'jobs waiting', minInterval: 1},
    ],
    series: [
      line(
        'utilisation',
        0,
        '#1f77b4',
        points(({utilisation}) => 100 * utilisation),
      ),
      line(
        'most waiting',
        1,
        '#d62728',
        points(({maxQueue}) => maxQueue),
      ),
      line(
        'waiting, mean',
        1,
        '#7f0000',
        points(({meanQueue}) => meanQueue),
      ),
    ],
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
