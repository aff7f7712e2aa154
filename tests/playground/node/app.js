// An app as people write them with Slack's own packages. It tells what it heard and found out as
// lines of JSON on stdout, and ends when its stdin does.
"use strict";

const [bolt, webApi] = process.argv.slice(2);
const { App, LogLevel } = require(bolt);
const { WebClient } = require(webApi);

const { SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN } = process.env;
const clientOptions = { slackApiUrl: SLACK_API_URL };
const web = new WebClient(SLACK_BOT_TOKEN, clientOptions);
const app = new App({
  token: SLACK_BOT_TOKEN,
  appToken: SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions,
  logLevel: LogLevel.ERROR,
});

const tell = (what, more = {}) => console.log(JSON.stringify({ what, ...more }));
const plain = (text) => ({ type: "plain_text", text });
const card = (words, ...elements) => [
  { type: "section", text: { type: "mrkdwn", text: words } },
  { type: "actions", elements },
];
const button = (action_id, value) => ({ type: "button", action_id, text: plain(action_id), value });
const form = (title) => ({
  type: "modal",
  callback_id: "form",
  title: plain(title),
  submit: plain("Send"),
  notify_on_close: true,
  blocks: [
    {
      type: "input",
      block_id: "why",
      label: plain("Why?"),
      element: {
        type: "static_select",
        action_id: "why",
        options: ["price", "timing"].map((value) => ({ text: plain(value), value })),
      },
    },
    {
      type: "input",
      block_id: "note",
      optional: true,
      label: plain("Note"),
      element: { type: "plain_text_input", action_id: "note" },
    },
  ],
});

app.action("claim", async ({ ack, body, action, client, respond }) => {
  await ack();
  const { id: channel } = body.channel;
  const text = `<@${body.user.id}> has ${action.value}`;
  await client.chat.update({ channel, ts: body.message.ts, text, blocks: card(text, button("open", "1")) });
  await respond({ response_type: "ephemeral", replace_original: false, text: "It is yours." });
  tell("claimed", { value: action.value, block_id: action.block_id, user: body.user.id });
});

app.action("open", async ({ ack, body, client }) => {
  await ack();
  const opened = await client.views.open({ trigger_id: body.trigger_id, view: form("Reject") });
  tell("opened", { view: opened.view.id, hash: opened.view.hash });
});

app.view({ callback_id: "form", type: "view_submission" }, async ({ ack, view, body, client }) => {
  const { why, note } = view.state.values;
  if (note.note.value === null) {
    await ack({ response_action: "errors", errors: { note: "A word, please." } });
    return;
  }
  await ack();
  const text = `${why.why.selected_option.value}: ${note.note.value}`;
  await client.chat.postMessage({ channel: body.user.id, text });
  tell("submitted", { text });
});

app.view({ callback_id: "form", type: "view_closed" }, async ({ ack, body }) => {
  await ack();
  tell("closed", { is_cleared: body.is_cleared });
});

const COMMANDS = {
  echo: async ({ ack, command }) => ack(`You asked for ${command.text}`),
  // First the ack, then the answer.
  later: async ({ ack, respond }) => {
    await ack();
    await respond({ text: "Here it is.", response_type: "in_channel" });
  },
  // WebClient waits as long as Slack asks, and then posts.
  limited: async ({ ack, command, client }) => {
    await ack();
    const sent = await client.chat.postMessage({ channel: command.channel_id, text: "after all" });
    tell("posted", { ts: sent.ts });
  },
  upload: async ({ ack, command, client }) => {
    await ack();
    const file = Buffer.from("week,leads\n9,12\n");
    const done = await client.filesUploadV2({
      channel_id: command.channel_id,
      initial_comment: "The figures",
      file,
      filename: "week.csv",
      title: "Week 9",
    });
    tell("uploaded", { ok: done.ok, file: done.files[0].files[0].id });
  },
};
app.command("/try", async (given) => COMMANDS[given.command.text.split(" ")[0]](given));

app.options("company", async ({ ack, payload }) => {
  await ack({ options: [{ text: plain(`${payload.value}!`), value: payload.value }] });
});

app.event("app_home_opened", async ({ event, client }) => {
  const view = { type: "home", blocks: card("At home", button("claim", "home")) };
  await client.views.publish({ user_id: event.user, view });
  tell("home", { tab: event.tab });
});

app.message(async ({ message, say }) => {
  await say({ text: `You said: ${message.text}`, thread_ts: message.ts });
});

app.error(async (error) => tell("error", { code: error.code, message: error.message }));

const refusal = async (call) => {
  try {
    await call();
  } catch (error) {
    return { code: error.code, error: error.data && error.data.error };
  }
  return {};
};

async function lookAround() {
  const auth = await web.auth.test();
  tell("auth", { user: auth.user, team_id: auth.team_id, bot_id: auth.bot_id });
  const names = [];
  for await (const page of web.paginate("users.list", { limit: 2 })) {
    names.push(...page.members.map((member) => member.name));
  }
  tell("people", { names });
  tell("refused", await refusal(() => web.chat.postMessage({ channel: "C0NOWHERE", text: "x" })));
  const strange = [{ type: "section", text: plain("x".repeat(3001)) }];
  tell("refused", await refusal(() => web.chat.postMessage({ channel: "mql-handoff", text: "x", blocks: strange })));
  const sent = await web.chat.postMessage({
    channel: "mql-handoff",
    text: "A lead",
    blocks: card("A lead", button("claim", "L-1")),
    metadata: { event_type: "lead", event_payload: { number: 1 } },
  });
  const { messages } = await web.conversations.history({
    channel: sent.channel,
    include_all_metadata: true,
    limit: 1,
  });
  tell("read back", { ts: messages[0].ts, metadata: messages[0].metadata });
  const { permalink } = await web.chat.getPermalink({ channel: sent.channel, message_ts: sent.ts });
  await web.chat.postMessage({ channel: sent.channel, thread_ts: sent.ts, reply_broadcast: true, text: permalink });
  const companies = { type: "external_select", action_id: "company", min_query_length: 0 };
  await web.chat.postMessage({ channel: sent.channel, text: "Which?", blocks: card("Which?", companies) });
}

async function main() {
  await lookAround();
  await app.start();
  tell("ready");
}

process.stdin.on("end", async () => {
  await app.stop();
  tell("stopped");
  process.exit(0);
});
process.stdin.resume();
main().catch((error) => {
  tell("failed", { message: String(error && error.stack) });
  process.exit(1);
});
