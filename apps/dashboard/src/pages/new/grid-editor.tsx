import { Text } from '@mantine/core';
import { useId, useRef, type KeyboardEvent } from 'react';
import type { Located } from './grid-text.js';

interface Props {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly problem: Located | null;
}

const LINE = 20;

/** YAML with line numbers; the line of an error is marked and said below. Tab moves on: nobody is trapped. */
export function GridEditor({ text, onChange, problem }: Props) {
  const id = useId();
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split('\n');
  const height = Math.min(44, Math.max(18, lines.length + 1)) * LINE + 20;
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter') return;
    const { selectionStart, selectionEnd } = event.currentTarget;
    const line = text.slice(0, selectionStart).split('\n').at(-1)!;
    const indent = /^\s*/.exec(line)![0] + (line.trimEnd().endsWith(':') ? '  ' : '');
    if (indent === '') return;
    event.preventDefault();
    const area = event.currentTarget;
    onChange(`${text.slice(0, selectionStart)}\n${indent}${text.slice(selectionEnd)}`);
    requestAnimationFrame(() =>
      area.setSelectionRange(selectionStart + 1 + indent.length, selectionStart + 1 + indent.length),
    );
  };
  return (
    <div className="panel" style={{ padding: 0, overflow: 'hidden' }}>
      <label htmlFor={id} className="visually-hidden">
        The grid as YAML
      </label>
      <div style={{ display: 'flex', height }}>
        <div
          ref={gutter}
          aria-hidden="true"
          className="mono"
          style={{
            width: 44,
            overflow: 'hidden',
            padding: '10px 0',
            textAlign: 'right',
            lineHeight: `${LINE}px`,
            color: 'var(--mantine-color-dimmed)',
            borderRight: '1px solid var(--ab-line)',
          }}
        >
          {lines.map((_, i) => (
            <div
              key={i}
              style={{
                paddingRight: 8,
                ...(problem?.line === i + 1
                  ? {
                      background: 'light-dark(#f6c9c5, #6d2620)',
                      color: 'var(--mantine-color-text)',
                      fontWeight: 700,
                    }
                  : {}),
              }}
            >
              {problem?.line === i + 1 ? `! ${i + 1}` : i + 1}
            </div>
          ))}
        </div>
        <textarea
          id={id}
          value={text}
          spellCheck={false}
          wrap="off"
          autoCapitalize="off"
          aria-invalid={problem !== null}
          aria-describedby={`${id}-problem`}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
          onKeyDown={onKeyDown}
          onScroll={({ currentTarget }) => {
            if (gutter.current) gutter.current.scrollTop = currentTarget.scrollTop;
          }}
          className="mono"
          style={{
            flex: 1,
            minWidth: 0,
            border: 0,
            padding: 10,
            resize: 'none',
            lineHeight: `${LINE}px`,
            background: 'transparent',
            color: 'inherit',
            tabSize: 2,
          }}
        />
      </div>
      <div
        id={`${id}-problem`}
        role="status"
        style={{ minHeight: 62, padding: '8px 12px', borderTop: '1px solid var(--ab-line)' }}
      >
        {problem ? (
          <Text size="sm" className="bad">
            {problem.line !== null && `Line ${problem.line}: `}
            {problem.error.message} {problem.error.fix}
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            No error. What each field means: docs/grid.md.
          </Text>
        )}
      </div>
    </div>
  );
}
