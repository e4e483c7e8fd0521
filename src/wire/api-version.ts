/**
 * The dated versions of the API, the latest last. Within one, members, routes and optional parameters may be added, and nothing that is there may change its
 * meaning, its type or go away; what must be otherwise comes with a new date.
 */
export const apiVersions = ['2026-11-29'] as const
export type ApiVersion = (typeof apiVersions)[number]
export const apiVersion: ApiVersion = apiVersions.at(-1)!
export const versionHeader = 'offtake-version'
