import * as fs from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Writes each script and style a second and third time, packed: the server sends what a browser takes, and packs nothing itself. */
const packed = (): Plugin => ({
  name: 'packed',
  apply: 'build',
  writeBundle: ({ dir }, bundle) => {
    for (const name of Object.keys(bundle).filter((file) => /\.(js|css)$/.test(file))) {
      const path = join(dir!, name)
      const content = fs.readFileSync(path)
      fs.writeFileSync(`${path}.br`, brotliCompressSync(content))
      fs.writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
    }
  },
})

export default defineConfig({
  root: 'src/console',
  plugins: [react(), packed()],
  build: {
    outDir: '../../.cache/console',
    emptyOutDir: true,
    // The chart library is one chunk of its own, loaded after the first table.
    chunkSizeWarningLimit: 700,
    // A font inside a style sheet would be loaded by every page, whether it shows a character of it or not.
    assetsInlineLimit: 0,
  },
})
