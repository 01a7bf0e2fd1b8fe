// Builds the two scripts of the visitor's side into relay/static and holds them to their sizes.

import { mkdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const BUDGETS = { loader: 3 * 1024, visitor: 25 * 1024 };
const ENTRIES = { loader: 'src/loader.ts', visitor: 'src/main.ts' };
const here = new URL('.', import.meta.url);
const out = new URL('../relay/static/', here);

/** Named numbers are put where they are used: as an enum the bundler does so and leaves the tables out. */
const inlineNumbers = {
  name: 'inline-numbers',
  setup({ onLoad }) {
    onLoad({ filter: /names\.gen\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const table = /^export const (\w+) = \{$([^}]*)^\} as const;$/gm;
      const contents = text.replace(table, (_, name, rows) => `export enum ${name} {${rows.replaceAll(':', ' =')}}`);
      return { contents, loader: 'ts' };
    });
  },
};

const { version } = JSON.parse(await readFile(new URL('package.json', here), 'utf8'));
await mkdir(out, { recursive: true });
await build({
  absWorkingDir: here.pathname,
  entryPoints: ENTRIES,
  outdir: out.pathname,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2021',
  charset: 'utf8',
  legalComments: 'none',
  plugins: [inlineNumbers],
  define: { VERSION: JSON.stringify(version) },
});

let over = false;
for (const [name, budget] of Object.entries(BUDGETS)) {
  const size = gzipSync(await readFile(new URL(`${name}.js`, out)), { level: 9 }).length;
  over ||= size > budget;
  console.log(`${name}.js ${size} bytes gzip, budget ${budget}${size > budget ? ', OVER' : ''}`);
}
if (over) process.exit(1);
