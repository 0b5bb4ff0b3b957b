import { stateLook } from '../format/states.js';

/** A state by colour, mark and word: never by colour alone. */
export function StateBadge({ state }: { readonly state: string }) {
  const { mark, light, dark } = stateLook(state);
  return (
    <span
      style={{
        display: 'inline-flex',
        gap: 5,
        alignItems: 'center',
        whiteSpace: 'nowrap',
        fontSize: '0.8125rem',
        fontWeight: 600,
        color: `light-dark(${light}, ${dark})`,
      }}
    >
      <span aria-hidden="true">{mark}</span>
      {state}
    </span>
  );
}
