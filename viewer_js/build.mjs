// Bundles the viewer's two scripts and the one for agents' desks into relay/static/ and prints their sizes. `--watch` is left to esbuild's own command.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUT = here('../relay/static/');
const SCRIPTS = {
  console: here('src/console/main.ts'),
  stage: here('src/stage/main.ts'),
  agent: here('src/sdk/main.ts'),
};

await build({
  entryPoints: SCRIPTS,
  outdir: OUT,
  bundle: true,
  format: 'iife',
  minify: true,
  target: 'es2021',
  charset: 'utf8',
  legalComments: 'none',
});

for (const name of Object.keys(SCRIPTS)) {
  const script = await readFile(`${OUT}${name}.js`);
  console.log(`${name}.js ${script.length} bytes, ${gzipSync(script, { level: 9 }).length} gzip`);
}
