import { value } from '../format/numbers.js';
import type { DataTable } from './data-table.js';

const MOST_ROWS = 500;

/** A figure's numbers; very long ones are cut on screen, never in an export. Counts have no decimals. */
export function PlainTable({ table: { title, head, rows } }: { readonly table: DataTable }) {
  const kinds = head.map((_, i) => {
    const numbers = rows.map((row) => row[i]).filter((cell) => typeof cell === 'number');
    return { numeric: numbers.length > 0, whole: numbers.every(Number.isInteger) };
  });
  const write = (cell: string | number | null, i: number): string =>
    typeof cell === 'number' ? (kinds[i]!.whole ? cell.toLocaleString('en') : value(cell)) : (cell ?? '—');
  return (
    <div className="scroll" style={{ maxHeight: 440 }} tabIndex={0} role="region" aria-label={title}>
      <table className="table">
        {rows.length > MOST_ROWS && (
          <caption>
            The first {MOST_ROWS} of {rows.length} rows; an export has all of them.
          </caption>
        )}
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={cell} scope="col" className={kinds[i]!.numeric ? 'numbers' : undefined}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} className={kinds[j]!.numeric ? 'numbers' : undefined}>
                  {write(cell, j)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
