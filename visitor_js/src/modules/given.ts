// What the capture script has given this module to work with. Each module is a script of its own and has its own copy.

import type { Core } from '../core';

export let core: Core;

export function give(given: Core): void {
  core = given;
}
