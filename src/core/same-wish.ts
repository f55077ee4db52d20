/** Whether two wishes ask for the same job: field by field, but what is left out and what is taken then are alike. Pure. */
import {nameOf} from './admission.js'
import type {Wish} from './job.js'
import {sameValue} from './same-value.js'

/** `image`: what the site takes where a wish names none. */
export const sameWish = (one: Wish, other: Wish, image: string | undefined): boolean => {
  // A private job's spec has its name and image, whatever was asked for.
  const whole = (wish: Wish): unknown => ({
    ...wish,
    name: wish.name ?? nameOf(wish),
    image: wish.image ?? image ?? '',
    hold: wish.hold ?? false,
  })
  return sameValue(whole(one), whole(other))
}
