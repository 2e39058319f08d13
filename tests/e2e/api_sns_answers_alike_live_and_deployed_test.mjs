import { testsOfSnsExample } from "../support/sns_example.mjs";

testsOfSnsExample("api-sns");
