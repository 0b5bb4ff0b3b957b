import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Workspace packages are bundled from their sources, so the build waits for no other. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@ablate/source', 'module', 'browser', 'import', 'default'] },
  server: { proxy: { '/api': 'http://127.0.0.1:4600' } },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // `light-dark()` is kept as it is.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    manifest: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
  },
});
