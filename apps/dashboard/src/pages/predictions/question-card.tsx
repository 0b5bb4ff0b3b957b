import { Anchor, Text } from '@mantine/core';
import { API, type PredictionsView } from '@ablate/contracts';
import { Link } from '@tanstack/react-router';

interface Props {
  readonly row: PredictionsView['rows'][number];
  readonly view: PredictionsView;
}

const imageOf = (benchmark: string, image: string): string =>
  `${API}/benchmarks/${encodeURIComponent(benchmark)}/images/${image.split('/').map(encodeURIComponent).join('/')}`;

function Mark({ score }: { readonly score: number }) {
  const [mark, words, look] =
    score >= 1
      ? ['✓', 'right', 'good']
      : score > 0
        ? ['≈', `part marks, ${score.toFixed(2)}`, '']
        : ['✗', 'wrong', 'bad'];
  return (
    <span className={look} title={words}>
      <span aria-hidden="true">{mark}</span>
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

/** A question with its image and every run's answer; what it says without the image stands beside it. */
export const QuestionCard = ({ row, view: { benchmark, runs } }: Props) => (
  <article
    className="panel"
    aria-label={row.question}
    style={{ display: 'flex', gap: 16, flexWrap: 'wrap', alignItems: 'start' }}
  >
    <img
      src={imageOf(benchmark, row.image)}
      alt={`The picture of question ${row.questionId}`}
      width={104}
      height={104}
      loading="lazy"
      style={{
        objectFit: 'contain',
        imageRendering: 'pixelated',
        border: '1px solid var(--ab-line)',
        borderRadius: 6,
        background: '#fff',
      }}
    />
    <div style={{ flex: '1 1 300px', minWidth: 0 }}>
      <Text fw={600}>{row.question}</Text>
      <Text size="sm" c="dimmed">
        {row.category} · expected: <b>{row.target}</b>
      </Text>
      <div className="scroll" tabIndex={0} role="region" aria-label={`Answers to ${row.questionId}`}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Answer</th>
              <th scope="col">Blind</th>
            </tr>
          </thead>
          <tbody>
            {row.answers.map(({ run: id, answer, score, blind }) => {
              const run = runs.find((one) => one.id === id);
              return (
                <tr key={id}>
                  <th scope="row" style={{ fontWeight: 400 }}>
                    <Anchor
                      component={Link}
                      to="/runs/$id"
                      params={{ id } as never}
                      size="sm"
                      underline="hover"
                    >
                      {run ? `${run.label}, seed ${run.seed}` : id}
                    </Anchor>
                  </th>
                  <td>
                    <Mark score={score} /> {answer}
                  </td>
                  <td>
                    {blind ? (
                      <>
                        <Mark score={blind.score} /> {blind.answer}
                      </>
                    ) : (
                      '—'
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  </article>
);
