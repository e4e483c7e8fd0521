type Props = Readonly<{ legend: string; of: readonly string[]; chosen: readonly string[]; onChosen: (chosen: readonly string[]) => void }>

/** Some of several names, in their order. */
export const Choices = ({ legend, of, chosen, onChosen }: Props) => (
  <fieldset className="scopes">
    <legend>{legend}</legend>
    {of.map((name) => (
      <label key={name}>
        <input
          type="checkbox"
          checked={chosen.includes(name)}
          onChange={({ target }) => onChosen(of.filter((each) => (each === name ? target.checked : chosen.includes(each))))}
        />{' '}
        {name}
      </label>
    ))}
  </fieldset>
)
