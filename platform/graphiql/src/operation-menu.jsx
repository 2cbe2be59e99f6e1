import { words } from "./words.js";

export function OperationMenu({ operations, onChoose }) {
  if (operations.length === 0) {
    return null;
  }
  const choose = (event) => onChoose(operations[event.target.value] ?? null);
  return (
    <div className="operation-menu">
      <label htmlFor="operation">{words.operations}</label>
      <select id="operation" defaultValue="" onChange={choose}>
        <option value="">{words.none}</option>
        {operations.map(({ plugin, title }, place) => (
          <option key={`${plugin}: ${title}`} value={place}>
            {plugin === "core" ? title : `${plugin}: ${title}`}
          </option>
        ))}
      </select>
    </div>
  );
}
