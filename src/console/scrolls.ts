/** What a part needs that scrolls sideways where it does not fit: keys reach it, and it has a name. */
export const scrolls = (name: string) => ({ tabIndex: 0, role: 'group', 'aria-label': name }) as const
