// Reads messages for Teams and Discord as their programs do; prints what those say against them.
const fs = require("fs");
const { AdaptiveCard, SerializationContext, Versions } = require("adaptivecards/dist/adaptivecards.js");
const { EmbedBuilder } = require("@discordjs/builders");
const markdown = require("markdown-it")({ linkify: true });

markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
const complain = (complaint) => console.log(complaint);

function teams(message) {
  const [attachment] = message.attachments;
  if (message.type !== "message" || attachment.contentType !== "application/vnd.microsoft.card.adaptive")
    complain("no envelope");
  const context = new SerializationContext(Versions.v1_5);
  const card = new AdaptiveCard();
  card.parse(attachment.content, context);
  for (let i = 0; i < context.eventCount; i++) complain(context.getEventAt(i).message);
  for (const event of card.validateProperties().validationEvents) complain(event.message);
  if (card.getItemCount() !== attachment.content.body.length) complain("an element is lost");
}

function discord(message) {
  const [embed, ...others] = message.embeds;
  if (others.length || message.content) complain("more than an embed");
  if (message.allowed_mentions.parse.length) complain("it mentions");
  try {
    const { title, description, color, footer, fields } = embed;
    const builder = new EmbedBuilder().setTitle(title).setDescription(description).setColor(color);
    const built = builder.setFooter(footer).setFields(...fields).toJSON();
    if (Object.keys(built).length !== Object.keys(embed).length) complain("a key is lost");
  } catch (error) {
    complain(String(error.stack));
  }
  // What errstat sets itself.
  const own = /^(text|softbreak|code_inline|fence|(paragraph|list_item|bullet_list)_(open|close)|inline)$/;
  const texts = [embed.title, embed.description, ...embed.fields.flatMap((field) => [field.name, field.value])];
  for (const text of texts)
    for (const token of markdown.parse(text, {}).flatMap((token) => [token, ...(token.children || [])]))
      if (!own.test(token.type)) complain(`${token.type} in ${text}`);
}

const read = (name) => JSON.parse(fs.readFileSync(name, "utf8"));
for (const name of process.argv.slice(2)) (name.includes(".teams.") ? teams : discord)(read(name));
