export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Where a key leads in a grid; null for a key that leads nowhere. */
export function step({ row, column }: Place, key: string, rows: number, columns: number): Place | null {
  const within = (n: number, most: number): number => Math.max(0, Math.min(most - 1, n));
  switch (key) {
    case 'ArrowUp':
      return { row: within(row - 1, rows), column };
    case 'ArrowDown':
      return { row: within(row + 1, rows), column };
    case 'ArrowLeft':
      return { row, column: within(column - 1, columns) };
    case 'ArrowRight':
      return { row, column: within(column + 1, columns) };
    case 'Home':
      return { row, column: 0 };
    case 'End':
      return { row, column: columns - 1 };
    case 'PageUp':
      return { row: 0, column };
    case 'PageDown':
      return { row: rows - 1, column };
    default:
      return null;
  }
}
