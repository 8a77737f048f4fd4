/** What the receivers document that they take, as JSON Schema. */

const STRINGS = { type: "object", additionalProperties: { type: "string" } };
const LINKS = {
  type: "array",
  items: {
    type: "object",
    required: ["href"],
    additionalProperties: false,
    properties: { href: { type: "string", format: "uri" }, text: { type: "string" } },
  },
};
const ROUTING_KEY = { type: "string", minLength: 32, maxLength: 32 };

/** POST /v2/enqueue. */
export const PAGERDUTY_ALERT = {
  type: "object",
  required: ["routing_key", "event_action"],
  additionalProperties: false,
  properties: {
    routing_key: ROUTING_KEY,
    event_action: { enum: ["trigger", "acknowledge", "resolve"] },
    dedup_key: { type: "string", minLength: 1, maxLength: 255 },
    client: { type: "string" },
    client_url: { type: "string", format: "uri" },
    links: LINKS,
    images: { type: "array" },
    payload: {
      type: "object",
      required: ["summary", "source", "severity"],
      additionalProperties: false,
      properties: {
        summary: { type: "string", minLength: 1, maxLength: 1024 },
        source: { type: "string", minLength: 1 },
        severity: { enum: ["critical", "error", "warning", "info"] },
        timestamp: { type: "string", format: "date-time" },
        component: { type: "string", minLength: 1 },
        group: { type: "string", minLength: 1 },
        class: { type: "string", minLength: 1 },
        custom_details: { type: "object" },
      },
    },
  },
  anyOf: [
    { properties: { event_action: { const: "trigger" } }, required: ["payload"] },
    { properties: { event_action: { not: { const: "trigger" } } }, required: ["dedup_key"] },
  ],
};

/** POST /v2/change/enqueue. */
export const PAGERDUTY_CHANGE = {
  type: "object",
  required: ["routing_key", "payload"],
  additionalProperties: false,
  properties: {
    routing_key: ROUTING_KEY,
    links: LINKS,
    images: { type: "array" },
    payload: {
      type: "object",
      required: ["summary"],
      additionalProperties: false,
      properties: {
        summary: { type: "string", minLength: 1, maxLength: 1024 },
        source: { type: "string", minLength: 1 },
        timestamp: { type: "string", format: "date-time" },
        custom_details: { type: "object" },
      },
    },
  },
};

/** `postableAlerts` of Alertmanager's own OpenAPI file. */
export const ALERTMANAGER_ALERTS = {
  type: "array",
  items: {
    type: "object",
    required: ["labels"],
    additionalProperties: false,
    properties: {
      labels: {
        ...STRINGS,
        required: ["alertname"],
        propertyNames: { pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$" },
      },
      annotations: { ...STRINGS, propertyNames: { pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$" } },
      startsAt: { type: "string", format: "date-time" },
      endsAt: { type: "string", format: "date-time" },
      generatorURL: { type: "string", format: "uri" },
    },
  },
};

function textObject(type: string, maxLength: number): object {
  return {
    type: "object",
    required: ["type", "text"],
    additionalProperties: false,
    properties: {
      type: { const: type },
      text: { type: "string", minLength: 1, maxLength },
      ...(type === "plain_text" && { emoji: { type: "boolean" } }),
    },
  };
}

function block(type: string, properties: object, required: readonly string[]): object {
  return {
    type: "object",
    required: ["type", ...required],
    additionalProperties: false,
    properties: { type: { const: type }, ...properties },
  };
}

/** An incoming webhook of Slack with the blocks that are used here. */
export const SLACK_MESSAGE = {
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: {
    text: { type: "string", minLength: 1, maxLength: 40_000 },
    unfurl_links: { type: "boolean" },
    blocks: {
      type: "array",
      maxItems: 50,
      items: {
        oneOf: [
          block("header", { text: textObject("plain_text", 150) }, ["text"]),
          block("section", { text: textObject("mrkdwn", 3000) }, ["text"]),
          block(
            "section",
            {
              fields: {
                type: "array",
                minItems: 1,
                maxItems: 10,
                items: textObject("mrkdwn", 2000),
              },
            },
            ["fields"],
          ),
          block(
            "context",
            {
              elements: {
                type: "array",
                minItems: 1,
                maxItems: 10,
                items: textObject("mrkdwn", 3000),
              },
            },
            ["elements"],
          ),
        ],
      },
    },
  },
};

/** cloudevents.json of the specification, version 1.0. */
export const CLOUD_EVENT = {
  $schema: "http://json-schema.org/draft-07/schema#",
  description: "CloudEvents Specification JSON Schema",
  type: "object",
  properties: {
    id: { $ref: "#/definitions/iddef" },
    source: { $ref: "#/definitions/sourcedef" },
    specversion: { $ref: "#/definitions/specversiondef" },
    type: { $ref: "#/definitions/typedef" },
    datacontenttype: { $ref: "#/definitions/datacontenttypedef" },
    dataschema: { $ref: "#/definitions/dataschemadef" },
    subject: { $ref: "#/definitions/subjectdef" },
    time: { $ref: "#/definitions/timedef" },
    data: { $ref: "#/definitions/datadef" },
    data_base64: { $ref: "#/definitions/data_base64def" },
  },
  required: ["id", "source", "specversion", "type"],
  definitions: {
    iddef: { type: "string", minLength: 1 },
    sourcedef: { type: "string", format: "uri-reference", minLength: 1 },
    specversiondef: { type: "string", minLength: 1 },
    typedef: { type: "string", minLength: 1 },
    datacontenttypedef: { type: ["string", "null"], minLength: 1 },
    dataschemadef: { type: ["string", "null"], format: "uri", minLength: 1 },
    subjectdef: { type: ["string", "null"], minLength: 1 },
    timedef: { type: ["string", "null"], format: "date-time", minLength: 1 },
    datadef: { type: ["object", "string", "number", "array", "boolean", "null"] },
    data_base64def: { type: ["string", "null"], contentEncoding: "base64" },
  },
};
