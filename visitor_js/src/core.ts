// What the modules may use of the capture script: above all the browser's own functions, which it took before the page could
// change them. A module comes later and must not look for them itself.

import {
  appendChild,
  attachShadow,
  createElement,
  cssRulesOf,
  documentElement,
  isConnected,
  removeElement,
  setAttribute,
  setTimer,
} from './native';
import { SUPPRESS } from './snapshot';

export const CORE = {
  appendChild,
  attachShadow,
  createElement,
  cssRulesOf,
  documentElement,
  isConnected,
  removeElement,
  setAttribute,
  setTimer,
  SUPPRESS,
};
export type Core = typeof CORE;
