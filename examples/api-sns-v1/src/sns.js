exports.handler = async (event) => {
  for (const { Sns } of event.Records) console.log(`received ${Sns.MessageId}: ${Sns.Message}`);
};
