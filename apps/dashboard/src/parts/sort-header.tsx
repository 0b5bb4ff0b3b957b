interface Props {
  readonly title: string;
  readonly hint?: string;
  readonly numeric?: boolean;
  readonly order: 'ascending' | 'descending' | null;
  readonly onSort: () => void;
}

/** A column's head that sorts; its width does not change with the arrow. */
export const SortHeader = ({ title, hint, numeric = false, order, onSort }: Props) => (
  <th scope="col" aria-sort={order ?? 'none'} className={numeric ? 'numbers' : undefined} title={hint}>
    <button type="button" className="sort" onClick={onSort}>
      {title}
      <span aria-hidden="true" style={{ display: 'inline-block', width: 14, textAlign: 'center' }}>
        {order === null ? '' : order === 'ascending' ? '↑' : '↓'}
      </span>
    </button>
  </th>
);
