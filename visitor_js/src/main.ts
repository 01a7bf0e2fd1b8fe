// Entry of the capture script: puts the real calls in place of the loader's stubs and makes those that waited.

import { VisitorApi } from './api';
import { ContinuationStore } from './continuation';
import { useNoted } from './native';
import { surface } from './surface';
import { readTag } from './tag';

declare const VERSION: string;

function main(): void {
  const tag = readTag(document);
  const { visitor, ui, shared } = surface(VERSION);
  if (!tag || visitor.loaded) return;
  useNoted(shared.noted?.() ?? null);
  const api = new VisitorApi(tag, new ContinuationStore(tag), shared);
  const calls = api.calls();
  Object.assign(visitor, calls, { loaded: true });
  const { showTerms, showButton, toggleButton } = calls;
  Object.assign(ui, { showTerms, showButton, toggleButton, loaded: true });
  api.resume();
  for (const { name, args, resolve } of shared.calls.splice(0)) resolve(calls[name]?.(...(args as never[])));
}

try {
  main();
} catch (error) {
  console.error('cobrowse', error);
}
