// The script for pages of agents' desks: puts its calls into the `GLANCE` namespace and does nothing by itself.

import { Authorization } from './authorization';

interface Namespace {
  Authorization?: unknown;
}

const holder = window as unknown as { GLANCE?: Namespace };
const script = document.currentScript as HTMLScriptElement | null;
const authorization = new Authorization(document, new URL(script?.src || location.href, location.href).origin);

holder.GLANCE ??= {};
holder.GLANCE.Authorization = {
  authorize: authorization.authorize.bind(authorization),
  setToken: authorization.setToken.bind(authorization),
  getToken: authorization.getToken.bind(authorization),
};
