export { ApiAddress, ApiKey, Asker, type AskerTerms, Unanswered } from "./asker";
export { type HouseModel, HouseModels, type ModelFetch } from "./house-model";
export { type LoginKey, type ModelLogin, ModelLogins } from "./model-login";
