import { Button, Group, Menu, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useId, useState, type ReactNode } from 'react';
import { useDark } from '../app/dark.js';
import { toCsv, toLatex, toMarkdown, type DataTable } from './data-table.js';
import { fileName, save, toPng } from './save.js';
import { PlainTable } from './plain-table.js';

interface Props {
  readonly title: string;
  /** How to read it: what is averaged, what an interval is. */
  readonly note?: ReactNode;
  readonly table: DataTable;
  /** The drawing, as it is on screen now. */
  readonly svg?: () => string | null;
  readonly controls?: ReactNode;
  /** What is inside is a table already. */
  readonly tabular?: boolean;
  readonly children: ReactNode;
}

/** A figure with its title, how to read it, the same as a table, and its exports. */
export function Figure({ title, note, table, svg, controls, tabular = false, children }: Props) {
  const [asTable, setAsTable] = useState(false);
  const dark = useDark();
  const id = useId();
  const drawing = async (type: 'svg' | 'png'): Promise<void> => {
    try {
      const text = svg?.();
      if (!text) throw new Error('the figure is not drawn yet; try again in a moment.');
      if (type === 'svg') save(fileName(title, 'svg'), 'image/svg+xml', text);
      else save(fileName(title, 'png'), 'image/png', await toPng(text, dark ? '#1d2229' : '#ffffff'));
    } catch (error) {
      notifications.show({
        color: 'red',
        autoClose: false,
        message: `Not saved: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  };
  return (
    <section className="panel" aria-labelledby={id}>
      <Group justify="space-between" align="start" wrap="nowrap" gap="xs">
        <Title order={2} size="h5" id={id} miw={0}>
          {title}
        </Title>
        <Group gap={6} wrap="nowrap">
          {!tabular && (
            <Button
              size="compact-sm"
              variant="default"
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? 'Figure' : 'Table'}
            </Button>
          )}
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button size="compact-sm" variant="default">
                Export
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {svg && <Menu.Item onClick={() => void drawing('png')}>PNG</Menu.Item>}
              {svg && <Menu.Item onClick={() => void drawing('svg')}>SVG</Menu.Item>}
              <Menu.Item onClick={() => save(fileName(title, 'csv'), 'text/csv', toCsv(table))}>
                CSV
              </Menu.Item>
              <Menu.Item onClick={() => save(fileName(title, 'md'), 'text/markdown', toMarkdown(table))}>
                Markdown
              </Menu.Item>
              <Menu.Item onClick={() => save(fileName(title, 'tex'), 'application/x-tex', toLatex(table))}>
                LaTeX
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {note !== undefined && (
        <Text size="sm" c="dimmed" component="div">
          {note}
        </Text>
      )}
      {controls !== undefined && (
        <Group gap="xs" align="end" mt="xs">
          {controls}
        </Group>
      )}
      <div style={{ marginTop: 12 }}>{asTable ? <PlainTable table={table} /> : children}</div>
    </section>
  );
}
