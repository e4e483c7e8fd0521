import { ActionIcon, Button, createTheme, Tooltip, type CSSVariablesResolver } from '@mantine/core'
import { palettes, variablesOf } from './palette.ts'

const sans = "'Inter Variable', system-ui, sans-serif"
const mono = "'JetBrains Mono Variable', ui-monospace, monospace"

/** Five sizes and no other: 11, 12, 13, 14 and 20 px; radius 6 and 8; spaces of four. */
export const theme = createTheme({
  fontFamily: sans,
  fontFamilyMonospace: mono,
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '14px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '18px', md: '18px', lg: '20px', xl: '28px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '20px' },
  radius: { xs: '6px', sm: '6px', md: '6px', lg: '8px', xl: '8px' },
  defaultRadius: 'md',
  respectReducedMotion: true,
  // The ring is ours, in `base.css`: one look for everything that takes the focus.
  focusRing: 'never',
  components: {
    Button: Button.extend({ defaultProps: { variant: 'default', size: 'sm' }, classNames: { root: 'button' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', size: 28 }, classNames: { root: 'icon-button' } }),
    Tooltip: Tooltip.extend({
      defaultProps: { multiline: true, openDelay: 150, events: { hover: true, focus: true, touch: true } },
      classNames: { tooltip: 'tooltip' },
    }),
  },
})

export const resolveVariables: CSSVariablesResolver = () => ({
  variables: { '--sans': sans, '--mono': mono },
  light: { ...variablesOf(palettes.light), '--mantine-color-body': palettes.light.page, '--mantine-color-text': palettes.light.ink },
  dark: { ...variablesOf(palettes.dark), '--mantine-color-body': palettes.dark.page, '--mantine-color-text': palettes.dark.ink },
})
