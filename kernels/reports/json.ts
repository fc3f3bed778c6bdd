import type { NotebookReport } from './report';

/**
 * Reports as JSON: `{ "notebooks": [{ "path", "seconds", "cells": [{ "id", "number", "title", "outcome",
 * "seconds", "failure": { "type", "message", "text", "line" }, "reason" }] }] }`.
 */
export function jsonOf(reports: readonly NotebookReport[]): string {
  return `${JSON.stringify({ notebooks: reports }, null, 2)}\n`;
}
