/** Whether nbformat stores contents of this MIME type as JSON, and not as text. */
export function isJson(type: string): boolean {
  return /^application\/(.*\+)?json$/.test(type);
}

/** Whether nbformat stores texts of this MIME type as lists of lines. */
export function isStoredAsLines(type: string): boolean {
  return type.startsWith('text/') || type === 'image/svg+xml' || type === 'application/javascript';
}
