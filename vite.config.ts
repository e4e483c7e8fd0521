import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src/console',
  plugins: [react()],
  build: {
    outDir: '../../.cache/console',
    emptyOutDir: true,
    // The chart library is one chunk of its own, loaded after the first table.
    chunkSizeWarningLimit: 700,
    // A font inside a style sheet would be loaded by every page, whether it shows a character of it or not.
    assetsInlineLimit: 0,
  },
})
