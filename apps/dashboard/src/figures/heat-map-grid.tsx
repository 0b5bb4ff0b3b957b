import { useRef, useState, type KeyboardEvent } from 'react';
import { scaleColour } from './colours.js';
import type { HeatMap } from './heat-map.js';
import { step } from './roving.js';

interface Props {
  readonly map: HeatMap;
  readonly label: string;
  readonly onOpen: (row: string, column: string) => void;
}

/** A heat map as a grid that arrow keys walk through; Enter opens a cell. */
export function HeatMapGrid({ map, label, onOpen }: Props) {
  const { rows, columns } = map;
  const [at, setAt] = useState({ row: 0, column: 0 });
  const table = useRef<HTMLTableElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = step(at, event.key, rows.length, columns.length);
    if (!next) return;
    event.preventDefault();
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-at="${next.row} ${next.column}"]`)?.focus();
  };
  return (
    <div className="scroll">
      <table role="grid" aria-label={label} ref={table} onKeyDown={onKeyDown} style={{ borderSpacing: 3 }}>
        <thead>
          <tr>
            <th scope="col" style={{ textAlign: 'right', padding: '0 8px', whiteSpace: 'nowrap' }}>
              {map.rowAxis} <span aria-hidden="true">↓</span> {map.columnAxis}{' '}
              <span aria-hidden="true">→</span>
            </th>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                title={column}
                style={{ fontWeight: 500, fontSize: 13, padding: '0 4px' }}
              >
                <span
                  style={{
                    display: 'inline-block',
                    maxWidth: 112,
                    overflow: 'hidden',
                    textOverflow: 'ellipsis',
                    whiteSpace: 'nowrap',
                    verticalAlign: 'bottom',
                  }}
                >
                  {column}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={row}>
              <th
                scope="row"
                style={{
                  textAlign: 'right',
                  fontWeight: 500,
                  fontSize: 13,
                  padding: '0 8px',
                  whiteSpace: 'nowrap',
                }}
              >
                {row}
              </th>
              {columns.map((column, j) => {
                const cell = map.at(row, column);
                const colours =
                  cell === null
                    ? { fill: 'transparent', ink: 'inherit' }
                    : cell.share === null
                      ? { fill: cell.fill ?? 'transparent', ink: 'inherit' }
                      : scaleColour(cell.share);
                return (
                  <td
                    key={column}
                    role="gridcell"
                    className="cell"
                    data-at={`${i} ${j}`}
                    tabIndex={at.row === i && at.column === j ? 0 : -1}
                    aria-label={cell?.label ?? `${row}, ${column}: no cell`}
                    title={cell?.label ?? 'The grid has no such cell'}
                    onFocus={() => setAt({ row: i, column: j })}
                    onClick={() => cell && onOpen(row, column)}
                    onKeyDown={(event) => {
                      if (cell && (event.key === 'Enter' || event.key === ' ')) {
                        event.preventDefault();
                        onOpen(row, column);
                      }
                    }}
                    style={{
                      minWidth: columns.length > 12 ? 52 : 92,
                      height: rows.length > 12 ? 26 : 38,
                      padding: '0 6px',
                      textAlign: 'center',
                      fontSize: 13,
                      fontVariantNumeric: 'tabular-nums',
                      whiteSpace: 'nowrap',
                      cursor: cell ? 'pointer' : 'default',
                      borderRadius: 4,
                      background: colours.fill,
                      color: colours.ink,
                      border: cell ? undefined : '1px dashed var(--ab-line)',
                      boxShadow: cell?.best ? 'inset 0 0 0 2px var(--mantine-color-text)' : undefined,
                      fontWeight: cell?.best ? 700 : 400,
                      textDecoration: cell?.baseline ? 'underline' : undefined,
                    }}
                  >
                    {cell?.text ?? '—'}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
