declare const brand: unique symbol
/** A name of one kind of thing, so that an `AgreementId` is not an `AccountId`. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind }

export type AgreementId = Id<'agreement'>
export type PartyId = Id<'party'>
export type FactoryId = Id<'factory'>
export type PoolId = Id<'pool'>
export type BlockId = Id<'block'>
export type TrancheId = Id<'tranche'>
export type ClauseId = Id<'clause'>
export type OrderId = Id<'order'>
export type TenantId = Id<'tenant'>
export type ConditionId = Id<'condition'>

const form = /^[a-z0-9][a-z0-9._-]{0,62}$/
/** Names that users give: small letters, digits, `-`, `_` and `.`, at most 63 of them. */
export const isId = (text: string): boolean => form.test(text)
