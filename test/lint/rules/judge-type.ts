import ts from "typescript";
import { isBodyName, isSecretName } from "./names.ts";

/** What is wrong with a value; also the message ids of the rule. */
export type Kind = "secret" | "exposed" | "named" | "body" | "headers" | "request" | "error";

/** Types whose own fields are not looked into: strings, bytes, promises and the like are judged as such. */
const OPAQUE = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike;

const BYTES = /^(?:Uint8Array|Buffer|ArrayBuffer|SharedArrayBuffer|DataView)$/;
const CONTAINERS = /^(?:Array|ReadonlyArray|Set|ReadonlySet|Map|ReadonlyMap|Promise|Record)$/;

/** Says what a type by itself gives away: `Secret`, an error, a whole request, or one of them one level in. */
export class TypeJudge {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  judge(type: ts.Type, levels = 1): Kind | undefined {
    if (type.isUnionOrIntersection()) return first(type.types, (part) => this.judge(part, levels));
    if (type.flags & OPAQUE || !(type.flags & ts.TypeFlags.Object)) return undefined;
    if (type.getProperty("exposeSecret")) return "secret";
    if (this.isError(type)) return "error";
    if (this.isRequest(type)) return "request";
    return levels > 0 ? this.#judgeContent(type, levels - 1) : undefined;
  }

  #judgeContent(type: ts.Type, levels: number): Kind | undefined {
    if (CONTAINERS.test(type.getSymbol()?.name ?? "") || this.#checker.isTupleType(type)) {
      const contents = this.#checker.getTypeArguments(type as ts.TypeReference);
      return first(contents, (content) => this.judge(content, levels));
    }
    if (isOfALibrary(type)) return undefined;
    return first(type.getProperties(), (property) => {
      const content = this.#checker.getTypeOfSymbol(property);
      if (this.canHoldText(content) && isSecretName(property.name)) return "named";
      if (this.canHoldText(content) && isBodyName(property.name)) return "body";
      return this.judge(content, levels);
    });
  }

  /** An `Error` or a subclass; not `WaxsealError`, whose messages are constants. */
  isError(type: ts.Type): boolean {
    if (type.isUnion()) return type.types.some((part) => this.isError(part));
    const name = type.getSymbol()?.name;
    if (name === "WaxsealError") return false;
    if (name === "Error" && isOfALibrary(type)) return true;
    return (type.isClassOrInterface() ? this.#checker.getBaseTypes(type) : []).some((base) =>
      this.isError(base),
    );
  }

  /** What a caller sent, whole: it has a body and headers and, unlike an answer, no status. */
  isRequest(type: ts.Type): boolean {
    if (type.isUnion()) return type.types.some((part) => this.isRequest(part));
    const has = (name: string): boolean => this.#checker.getPropertyOfType(type, name) !== undefined;
    return has("body") && has("headers") && !has("statusCode") && !has("status");
  }

  /** Text or bytes that are not constants, or anything at all. */
  canHoldText(type: ts.Type): boolean {
    if (type.isUnionOrIntersection()) return type.types.some((part) => this.canHoldText(part));
    if (type.flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) return true;
    return this.isUnknown(type) || BYTES.test(type.getSymbol()?.name ?? "");
  }

  isText(type: ts.Type): boolean {
    return (type.flags & ts.TypeFlags.StringLike) !== 0;
  }

  isUnknown(type: ts.Type): boolean {
    return (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  }
}

/** Declared by TypeScript's own library or by the types of Node: their members tell nothing. */
function isOfALibrary(type: ts.Type): boolean {
  const files = (type.getSymbol()?.declarations ?? []).map(
    (declaration) => declaration.getSourceFile().fileName,
  );
  return files.some((file) => /node_modules\/(?:typescript\/lib|@types\/node|undici-types)\//.test(file));
}

function first<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
