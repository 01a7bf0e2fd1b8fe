// What the modules may use of the capture script: above all the browser's own functions, which it took before the page could
// change them. A module comes later and must not look for them itself.

import { Hooks } from './hooks';
import {
  activeElement,
  addressOf,
  adoptedSheets,
  appendChild,
  apply,
  attachShadow,
  baseUri,
  boxOf,
  contentDocument,
  createElement,
  cssRulesOf,
  documentElement,
  isConnected,
  nodeType,
  notedOf,
  now,
  queryFirst,
  removeElement,
  request,
  setAttribute,
  setTimer,
  shadowRootOf,
  viewOf,
} from './native';
import { SUPPRESS } from './snapshot';

export const CORE = {
  activeElement,
  addressOf,
  adoptedSheets,
  appendChild,
  apply,
  attachShadow,
  baseUri,
  boxOf,
  contentDocument,
  createElement,
  cssRulesOf,
  documentElement,
  Hooks,
  isConnected,
  nodeType,
  notedOf,
  now,
  queryFirst,
  removeElement,
  request,
  setAttribute,
  setTimer,
  shadowRootOf,
  SUPPRESS,
  viewOf,
};
export type Core = typeof CORE;
