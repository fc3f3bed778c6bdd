import { cellName, type NotebookReport } from './report';

const MOST = 5;
const SECONDS = 1;

/** The slowest cells, slowest first, one line each; empty where none took longer than a second. */
export function slowCells(reports: readonly NotebookReport[]): string[] {
  return reports
    .flatMap(({ path, cells }) => cells.map((cell) => ({ path, cell })))
    .filter(({ cell }) => cell.seconds > SECONDS)
    .sort((a, b) => b.cell.seconds - a.cell.seconds)
    .slice(0, MOST)
    .map(
      ({ path, cell }) => `${cell.seconds.toFixed(1).padStart(8)} s  ${path}, ${cellName(cell)}`,
    );
}
