// Looks of the visitor's own surface. Given to the shadow root as a constructed sheet, which no content security policy forbids.

export const STYLE = `
:host { all: initial !important; }
* { box-sizing: border-box; }
.frame { position: fixed; inset: 0; z-index: 2147483646; pointer-events: none;
  box-shadow: inset 0 0 0 3px #2563eb, inset 0 0 18px rgb(37 99 235 / .35); }
.frame.waiting { box-shadow: inset 0 0 0 3px #d97706; }
.bar { position: fixed; left: 16px; bottom: 16px; cursor: grab; touch-action: none; z-index: 2147483647; display: flex; align-items: center; gap: 10px;
  max-width: calc(100vw - 32px); padding: 8px 8px 8px 14px; border-radius: 14px; color: #0f172a; background: #fff;
  border: 1px solid rgb(15 23 42 / .12); box-shadow: 0 10px 30px rgb(15 23 42 / .18), 0 2px 6px rgb(15 23 42 / .1);
  font: 500 14px/20px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; animation: rise .25s ease-out; }
.bar.right { left: auto; right: 16px; }
.bar.top { bottom: auto; top: 16px; }
.dot { flex: none; width: 10px; height: 10px; border-radius: 50%; background: #16a34a; box-shadow: 0 0 0 4px rgb(22 163 74 / .18); }
.waiting .dot { background: #d97706; box-shadow: 0 0 0 4px rgb(217 119 6 / .2); }
.text { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.timer { flex: none; font-variant-numeric: tabular-nums; color: #b45309; }
.timer[hidden] { display: none; }
.group + .group { margin-left: .45em; }
.code { font: 600 18px/24px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .12em; user-select: all; }
.code[hidden], .show[hidden], .text[hidden] { display: none; }
button { min-height: 32px; white-space: nowrap; padding: 5px 14px; border: 1px solid transparent; border-radius: 9px; cursor: pointer;
  font: 600 14px/20px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
button:focus-visible { outline: 3px solid #2563eb; outline-offset: 2px; }
.show { color: #1d4ed8; background: #eff6ff; border-color: #bfdbfe; }
.show:hover { background: #dbeafe; }
.end { color: #fff; background: #b91c1c; }
.end:hover { background: #991b1b; }
.accept { color: #fff; background: #1d4ed8; }
.accept:hover { background: #1e40af; }
.decline { color: #0f172a; background: #f1f5f9; border-color: #cbd5e1; }
.decline:hover { background: #e2e8f0; }
dialog { width: min(440px, calc(100vw - 32px)); padding: 24px; border: 0; border-radius: 16px; color: #0f172a; background: #fff;
  box-shadow: 0 24px 60px rgb(15 23 42 / .35); font: 400 15px/22px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
dialog::backdrop { background: rgb(15 23 42 / .5); }
h2 { margin: 0 0 10px; font-size: 19px; line-height: 26px; font-weight: 650; }
p { margin: 0 0 20px; color: #334155; }
a { color: #1d4ed8; }
.choice { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 10px; }
@media (pointer: coarse) { button { min-height: 44px; } }
@media (max-width: 480px) {
  .bar { flex-wrap: wrap; width: calc(100vw - 32px); }
  .text { flex: 1 1 calc(100% - 20px); white-space: normal; overflow-wrap: anywhere; }
  .code { flex: 1; }
  .bar > button { flex: 1; }
}
@keyframes rise { from { opacity: 0; transform: translateY(8px); } }
@media (prefers-reduced-motion: reduce) { .bar { animation: none; } }
@media (prefers-color-scheme: dark) {
  .bar { color: #e2e8f0; background: #1e293b; border-color: rgb(226 232 240 / .16); }
  .timer { color: #fbbf24; }
  .show { color: #bfdbfe; background: #1e3a8a; border-color: #1d4ed8; }
  .show:hover { background: #1e40af; }
}
@media (forced-colors: active) { .bar, dialog { border: 1px solid; } .frame { border: 3px solid Highlight; } }
@media print { .frame, .bar { display: none; } }
`;
