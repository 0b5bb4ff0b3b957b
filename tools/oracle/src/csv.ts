/** Rows of a CSV text (RFC 4180) as objects by column name. Throws a RangeError for a row that is longer than the header. */
export function parseCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let value = '';
  let quoted = false;
  const source = text.replace(/^\uFEFF/, '');
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string;
    if (quoted) {
      if (char !== '"') value += char;
      else if (source[i + 1] === '"') value += source[++i];
      else quoted = false;
    } else if (char === '"' && value === '') quoted = true;
    else if (char === ',') {
      row.push(value);
      value = '';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && source[i + 1] === '\n') i++;
      rows.push([...row, value]);
      [row, value] = [[], ''];
    } else value += char;
  }
  if (value !== '' || row.length > 0) rows.push([...row, value]);
  const [header = [], ...body] = rows.filter((cells) => cells.length > 1 || cells[0] !== '');
  return body.map((cells, i) => {
    if (cells.length > header.length)
      throw new RangeError(`data row ${i + 1} has ${cells.length} values for ${header.length} columns.`);
    return Object.fromEntries(header.map((name, column) => [name, cells[column] ?? '']));
  });
}
