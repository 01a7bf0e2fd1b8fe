// What the modules may use of the capture script: above all the browser's own functions, which it took before the page could
// change them. A module comes later and must not look for them itself.

import { Hooks } from './hooks';
import {
  appendChild,
  apply,
  attachShadow,
  boxOf,
  createElement,
  cssRulesOf,
  documentElement,
  isConnected,
  notedOf,
  now,
  removeElement,
  request,
  setAttribute,
  setTimer,
} from './native';
import { SUPPRESS } from './snapshot';

export const CORE = {
  appendChild,
  apply,
  attachShadow,
  boxOf,
  createElement,
  cssRulesOf,
  documentElement,
  Hooks,
  isConnected,
  notedOf,
  now,
  removeElement,
  request,
  setAttribute,
  setTimer,
  SUPPRESS,
};
export type Core = typeof CORE;
