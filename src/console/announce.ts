/** Says something to screen readers, once: what was done, never a tick. */
export const announce = (text: string): void => {
  const announcer = document.getElementById('announcer')
  if (announcer !== null) announcer.textContent = text
}
