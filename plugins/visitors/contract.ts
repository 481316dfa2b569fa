export { pageName, type VisitorPage, visitorName, writeVisitorPage } from "./visitor-page";
