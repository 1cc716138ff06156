/** DynamoDB: permissions and names in front of the store; what it lacks is refused by name. */
import type { TableResource } from "../../stack.ts";
import { authorise } from "../iam/authorise.ts";
import {
  AwsError,
  isObject,
  unknownOperation,
  type AwsCall,
  type AwsService,
  type JsonObject,
} from "../protocol.ts";
import type { Backend, BackendReply } from "./backend.ts";
import { conditionKeysOf, writesOf } from "./condition-keys.ts";
import { tableArnOf, tableNameIn, type Tables } from "./tables.ts";
import type { Writer } from "./writer.ts";

type Handler = (call: AwsCall) => Promise<JsonObject>;

export function dynamoDbService(tables: Tables, backend: Backend, writer: Writer): AwsService {
  const handlers: Readonly<Record<string, Handler>> = {
    ...Object.fromEntries((["PutItem", "UpdateItem", "DeleteItem"] as const).map((name) => [name, write])),
    ...Object.fromEntries(["GetItem", "Query", "Scan"].map((name) => [name, read])),
    BatchGetItem: batchGet,
    BatchWriteItem: batchWrite,
    ListTables: listTables,
    CreateTable: changeTables,
    DeleteTable: changeTables,
    DescribeTable: changeTables,
    DescribeTimeToLive: describeTimeToLive,
    DescribeContinuousBackups: describeContinuousBackups,
  };
  return {
    call(call) {
      const handler = Object.hasOwn(handlers, call.operation) ? handlers[call.operation] : undefined;
      return handler ? handler(call) : Promise.reject(unknownOperation("DynamoDB", call.operation));
    },
  };

  /** The table by name or ARN, once the caller may do the operation on it. Tables that are not there pass: dynalite says so. */
  async function authorised(
    call: AwsCall,
    nameOrArn: unknown,
    request: JsonObject,
  ): Promise<TableResource | undefined> {
    const tableName = tableNameIn(nameOrArn);
    const table = await tables.find(tableName);
    const index = typeof request["IndexName"] === "string" ? `/index/${request["IndexName"]}` : "";
    authorise({
      caller: call.caller,
      action: `dynamodb:${call.operation}`,
      resourceArn: `${table?.arn ?? tableArnOf(tableName)}${index}`,
      conditionKeys: conditionKeysOf(call.operation, table, request),
    });
    return table;
  }

  async function write(call: AwsCall): Promise<JsonObject> {
    const table = await authorised(call, call.input["TableName"], call.input);
    const input = withTableName(call.input);
    if (!table) return outputOf(await backend.call(call.operation, input));
    return outputOf(await writer.write(table, call.operation as "PutItem", input));
  }

  async function read(call: AwsCall): Promise<JsonObject> {
    await authorised(call, call.input["TableName"], call.input);
    return outputOf(await backend.call(call.operation, withTableName(call.input)));
  }

  async function batchGet(call: AwsCall): Promise<JsonObject> {
    const requested = partsOf(call.input);
    for (const [name, part] of requested) if (isObject(part)) await authorised(call, name, part);
    return outputOf(await backend.call("BatchGetItem", withParts(call.input, requested)));
  }

  async function batchWrite(call: AwsCall): Promise<JsonObject> {
    const requested = partsOf(call.input);
    const written: { table: TableResource; item: unknown }[] = [];
    for (const [name, part] of requested) {
      const table = await authorised(call, name, { Writes: part });
      if (table) written.push(...writesOf({ Writes: part }).map(({ item }) => ({ table, item })));
    }
    return outputOf(await writer.writeBatch(written, withParts(call.input, requested)));
  }

  async function listTables(call: AwsCall): Promise<JsonObject> {
    authorise({ caller: call.caller, action: "dynamodb:ListTables", resourceArn: "*", conditionKeys: {} });
    return outputOf(await backend.call("ListTables", call.input));
  }

  async function changeTables(call: AwsCall): Promise<JsonObject> {
    const table = await authorised(call, call.input["TableName"], {});
    if (call.operation === "DeleteTable" && table?.deletionProtection) throw isProtected();
    const { StreamSpecification: _stream, ...passed } = withTableName(call.input);
    const output = outputOf(await backend.call(call.operation, passed));
    if (call.operation === "CreateTable") tables.remember({ ...call.input, ...passed });
    const name = "Table" in output ? "Table" : "TableDescription";
    const described = { ...output, [name]: tables.decorate(output[name] as JsonObject) };
    if (call.operation === "DeleteTable") tables.forget(String(passed["TableName"]));
    return described;
  }

  async function describeTimeToLive(call: AwsCall): Promise<JsonObject> {
    const table = await authorised(call, call.input["TableName"], {});
    if (!table) throw new AwsError("ResourceNotFoundException", "Requested resource not found");
    const attribute = table.timeToLiveAttribute;
    const status = attribute
      ? { TimeToLiveStatus: "ENABLED", AttributeName: attribute }
      : { TimeToLiveStatus: "DISABLED" };
    return { TimeToLiveDescription: status };
  }

  /** Backups are not emulated: what the template says of them, and the state that AWS would be in. */
  async function describeContinuousBackups(call: AwsCall): Promise<JsonObject> {
    const table = await authorised(call, call.input["TableName"], {});
    if (!table) throw new AwsError("TableNotFoundException", "Table not found");
    const recovery = table.pointInTimeRecovery
      ? { PointInTimeRecoveryStatus: "ENABLED", RecoveryPeriodInDays: 35 }
      : { PointInTimeRecoveryStatus: "DISABLED" };
    const description = {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: recovery,
    };
    return { ContinuousBackupsDescription: description };
  }
}

/** As seen at AWS: the table's page in the API Reference, DeleteTable, only names the setting. */
function isProtected(): AwsError {
  const message =
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.";
  return new AwsError("ValidationException", message);
}

/** dynalite's errors are DynamoDB's; they are thrown on as they are. */
function outputOf({ status, body }: BackendReply): JsonObject {
  if (status === 200) return body;
  const { __type: type, message, Message: other, ...members } = body as Record<string, string>;
  const code = type?.split("#").at(-1) ?? "InternalFailure";
  throw new AwsError(code, message ?? other ?? "", { status, members });
}

function withTableName(input: JsonObject): JsonObject {
  return typeof input["TableName"] === "string"
    ? { ...input, TableName: tableNameIn(input["TableName"]) }
    : input;
}

/** The parts of a batch request by table, names or ARNs as they came. */
function partsOf(input: JsonObject): [string, unknown][] {
  return isObject(input["RequestItems"]) ? Object.entries(input["RequestItems"]) : [];
}

function withParts(input: JsonObject, parts: readonly [string, unknown][]): JsonObject {
  if (!isObject(input["RequestItems"])) return input;
  return {
    ...input,
    RequestItems: Object.fromEntries(parts.map(([name, part]) => [tableNameIn(name), part])),
  };
}
