import type { Agreement, CapacityBackstop, Clause, RevenueShare, Tiered } from './agreement.ts'

/** The sound part of a document: what was wrong, or was never there, is absent (null within a list). */
export type Sound<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (Sound<Item> | null)[]
    : { readonly [Key in keyof T]?: Sound<T[Key]> | undefined }

export type SoundAgreement = Sound<Agreement>
export type SoundClause = Sound<Clause>
export type SoundShare = Sound<RevenueShare>
export type SoundBackstop = Sound<CapacityBackstop>
export type SoundTiered = Sound<Tiered>

/** The sound items of a list, each with its index. */
export const itemsOf = <T>(list: readonly (T | null)[] | undefined): [item: T, index: number][] =>
  (list ?? []).flatMap((item, index): [T, number][] => (item === null ? [] : [[item, index]]))
