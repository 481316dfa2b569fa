export { type Conversation, readConversation } from "./conversation";
