/** A bullet bond with one coupon a year; rates per year, compounded once a year. */
export type Bullet = Readonly<{ face: number; coupon: number; years: number }>

/** What its payments are worth at a yield. */
export const bulletPrice = ({ face, coupon, years }: Bullet, rate: number): number => {
  // What interest takes away, by itself: 1 − discount would lose it at a rate near zero.
  const lost = -Math.expm1(-years * Math.log1p(rate))
  const annuity = rate === 0 ? years : lost / rate
  return face * (coupon * annuity + 1 - lost)
}

/**
 * What a guarantee of a bond is worth to who borrows: the bond at the yield it pays with the guarantee, less the same bond at the yield it would
 * have to pay without. The usual measure of the premium of a guarantee on day one (ASC 460).
 */
export const guaranteeValue = (
  bullet: Bullet,
  { guaranteed, unguaranteed }: Readonly<{ guaranteed: number; unguaranteed: number }>,
): number => bulletPrice(bullet, guaranteed) - bulletPrice(bullet, unguaranteed)
