import { words } from "./words.js";

export function TokenBar({ token, onUse }) {
  const submit = (event) => {
    event.preventDefault();
    onUse(new FormData(event.currentTarget).get("token"));
  };
  return (
    <form key={token} className="token-bar" onSubmit={submit}>
      <label htmlFor="token">{words.label}</label>
      <input
        id="token"
        name="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        defaultValue={token}
        placeholder="gx_…"
      />
      <button type="submit">{words.use}</button>
      {token && (
        <button type="button" onClick={() => onUse("")}>
          {words.forget}
        </button>
      )}
      <small>{words.note}</small>
    </form>
  );
}
