// Puts planted values into the fields of these numbers, as typing would. Gives what stood there, to be put back.
(values) => {
  const was = {};
  for (const [number, value] of Object.entries(values)) {
    const field = window.cobrowseAudit?.get(Number(number));
    if (!field?.isConnected || field.disabled || field.readOnly) continue;
    if (field.isContentEditable) {
      was[number] = field.textContent;
      field.textContent = value;
    } else {
      const { prototype } = field.ownerDocument.defaultView[field.localName === 'textarea' ? 'HTMLTextAreaElement' : 'HTMLInputElement'];
      was[number] = field.value;
      Object.getOwnPropertyDescriptor(prototype, 'value').set.call(field, value);
    }
    field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }
  return was;
}
