// What people need first, what belongs together, and what things are called on the page. A member of the schema that is
// not here appears all the same, under "More", with the schema's own words.
export const GROUPS = {
  "": [["About the project", ["title", "as_of"]]],
  Party: [
    ["", ["name", "kind", "country"]],
    ["Legal form, owners and links to others", ["organised_under", "nonprofit", "branch_of", "group", "owners", "ror", "id"]],
    ["Employer and citizenship, for a person", ["employer", "employer_country", "citizenship"]],
  ],
  Dataset: [
    ["", ["title", "categories", "identifiability", "key_holder", "subjects", "collected_in"]],
    ["Consent, and what protects the people", ["consent", "minors", "deceased", "encrypted"]],
    ["Publication, contents and technology", [
      "published", "made_public_by", "intended_for_publication", "fields", "technology", "export_classification", "trl", "id",
    ]],
    ["Limits on use that the data carry (DUO)", ["duo", "use_permissions"]],
  ],
  Subjects: [["", ["country", "persons"]], ["Records, devices or specimens instead of people", ["records", "devices", "samples"]]],
  Transfer: [
    ["", ["exporter", "importer", "datasets", "mode", "purposes", "agreement", "storage", "access_from"]],
    ["Roles, money and time", [
      "exporter_role", "importer_role", "consideration", "frequency", "start", "end", "via", "onward_of", "id",
    ]],
    ["What is done with the data, where their use is limited", ["use"]],
  ],
  UsePermission: [["", ["codes", "restriction", "places", "time_limit", "moratorium"]], ["Diseases, people and projects", [
    "diseases", "users", "projects", "institutions", "id",
  ]]],
};

export const LABELS = {
  ".title": "What is the arrangement called?",
  ".as_of": "Law of which day?",
  ".notes": "Notes",
  "Party.name": "Name",
  "Party.kind": "What kind of organisation or person?",
  "Party.country": "Country",
  "Party.ror": "ROR identifier",
  "Party.organised_under": "Organised under the law of",
  "Party.nonprofit": "Is it a not-for-profit organisation?",
  "Party.branch_of": "Branch or office of",
  "Party.employer": "Employer",
  "Party.employer_country": "Country of the employer, where it is no party",
  "Party.group": "Group of companies",
  "Party.id": "Short name (id)",
  "Owner.percent": "Share in percent",
  "Owner.country": "Held from this country",
  "Owner.party": "or held by this party",
  "Dataset.title": "What are the data called?",
  "Dataset.categories": "What is in them?",
  "Dataset.identifiability": "How close are the data to people?",
  "Dataset.key_holder": "Who holds the key?",
  "Dataset.subjects": "Whom are they about?",
  "Dataset.collected_in": "Where were they collected?",
  "Dataset.minors": "Are minors among the people?",
  "Dataset.deceased": "Are all the people dead?",
  "Dataset.encrypted": "Does the importer get ciphertext only, without a key?",
  "Dataset.published": "Are the data published?",
  "Dataset.made_public_by": "Who made them public?",
  "Dataset.intended_for_publication": "Are the results ordinarily published?",
  "Dataset.fields": "Which fields are inside?",
  "Dataset.technology": "Which technology do they belong to?",
  "Dataset.trl": "Technology readiness level",
  "Dataset.duo": "Limits on use",
  "Dataset.use_permissions": "Ways of use with details, each an alternative",
  "Dataset.id": "Short name (id)",
  "Subjects.persons": "How many people?",
  "Subjects.samples": "Specimens",
  "Transfer.exporter": "Who gives access?",
  "Transfer.importer": "Who gets access?",
  "Transfer.datasets": "To which data?",
  "Transfer.mode": "How does the importer get at the data?",
  "Transfer.purposes": "What for?",
  "Transfer.agreement": "What kind of deal is behind it?",
  "Transfer.storage": "Where does the importer keep the data?",
  "Transfer.access_from": "From where do people reach the data?",
  "Transfer.consideration": "Is money or another benefit given for it?",
  "Transfer.frequency": "How often?",
  "Transfer.start": "First day",
  "Transfer.end": "Last day",
  "Transfer.via": "Countries that the data pass through",
  "Transfer.onward_of": "Passes on what this transfer brought",
  "Transfer.id": "Short name (id)",
  "Consent.scope": "What did the people agree to?",
  "Consent.covers_transfer": "Does the consent cover this transfer abroad?",
  "Consent.explicit": "Is the consent explicit and documented?",
  "RequestedUse.research": "Kinds of research",
  "RequestedUse.is_research": "Is the use research?",
  "RequestedUse.commercial": "Is the use commercial?",
  "RequestedUse.publication": "First publication of results",
  "RequestedUse.users": "Users (ORCID)",
  "UsePermission.id": "Short name (id)",
  "UsePermission.users": "Approved users (ORCID)",
  "UsePermission.institutions": "Approved institutions (ROR)",
  "UsePermission.diseases": "Diseases (MONDO)",
  "UsePermission.restriction": "Limit in words",
  "StudiedDisease.id": "Disease (MONDO)",
  ".done": "Done, or in force since",
  ".until": "Valid until",
  ".reference": "Reference",
};

// What needs no more words than its label.
const PLAIN = [
  ".title", ".notes", "Party.name", "Party.nonprofit", "Party.employer_country", "Party.citizenship", "Party.kind", "Dataset.title", "Dataset.categories", "Dataset.identifiability", "Dataset.collected_in",
  "Dataset.minors", "Dataset.deceased", "Dataset.fields", "Dataset.technology", "Subjects.country", "Subjects.persons", "Subjects.records",
  "Subjects.devices", "Subjects.samples", "Transfer.exporter", "Transfer.mode", "Transfer.purposes", "Transfer.agreement", "Transfer.frequency",
  "Transfer.start", "Transfer.end", "Transfer.storage", "Transfer.access_from", "Transfer.consideration", "Transfer.onward_of", "Dataset.consent",
  "Transfer.use", "Consent.scope", "Consent.covers_transfer", "Consent.explicit", "Owner.percent", "RequestedUse.commercial",
  "RequestedUse.is_research", "Transfer.datasets", "Transfer.via", "UsePermission.users", "UsePermission.projects",
];

// What `none` is called where it may be said.
export const NONE = {
  "Party.owners": "Nobody holds shares in it",
  "Party.employer": "Nobody: acts for herself",
  "Dataset.key_holder": "Nobody holds one",
  "Dataset.subjects": "They are about nobody",
  "RequestedUse.diseases": "No disease is studied",
  "RequestedUse.publication": "No publication is planned",
};
// Sets of which an empty list says that there is none; elsewhere it says nothing.
export const EMPTY = {
  "Party.citizenship": "Has no citizenship",
  "Dataset.fields": "None of these fields",
  "Dataset.technology": "No technology of concern",
  "RequestedUse.research": "No kind of research",
  "StudiedDisease.kind_of": "There is no wider disease",
};

export const LISTS = {
  parties: {
    part: "Party", heading: "Who takes part?", one: "Party", add: "Add a party", stem: "party", name: "name",
    hint: "Everybody who gives, gets, hosts or reaches data, and who keeps the key. A branch abroad is a party of its own.",
  },
  datasets: {
    part: "Dataset", heading: "Which data?", one: "Data set", add: "Add a data set", stem: "data", name: "title",
    hint: "Split the data where parts differ in kind or form: each part is looked at by itself.",
  },
  transfers: {
    part: "Transfer", heading: "Who gives whom access?", one: "Transfer", add: "Add a transfer", stem: "transfer", name: "",
    hint: "Access is transfer: a copy, remote access, storage by a provider, a federated query, a shipment. Passing data on is "
      + "a transfer of its own.",
  },
};

// Long lists of values, for the eye; values that are not here stand under "Other".
export const SORTED = {
  categories: [
    ["Health and care", ["health", "mental_health", "psychotherapy_notes", "reproductive_health", "hiv_status",
      "substance_use_disorder", "clinical_trial", "medical_imaging", "appointment", "regulatory_submission", "post_market_surveillance"]],
    ["Genes, bodies and specimens", ["human_genomic", "human_epigenomic", "human_proteomic", "human_transcriptomic", "human_omic",
      "human_biospecimen", "cell_line", "biometric", "face_image", "voice", "neural"]],
    ["Beliefs, origin and private life", ["racial_ethnic_origin", "political_opinion", "religion", "trade_union", "sexual_life",
      "criminal_record", "opinions", "communications_content", "public_social_media"]],
    ["Identity, whereabouts and money", ["contact_details", "government_id", "passport_travel", "immigration", "precise_geolocation",
      "mobility", "personal_financial", "financial_account_number", "customer"]],
    ["Online and devices", ["device_identifier", "network_identifier", "advertising_id", "account_credentials", "call_detail",
      "device_telemetry", "ai_prompts", "children"]],
    ["Work, education, surveys and registers", ["hr_employment", "education_record", "student_application", "survey_microdata",
      "personal_research_data", "public_register"]],
    ["Technology and state", ["technical_data", "source_code", "model_weights", "training_text", "chip_process", "network_measurement",
      "controlled_unclassified", "state_secret"]],
    ["Not about people", ["geospatial", "environmental", "industrial", "animal_plant_genetic", "pathogen", "non_personal"]],
  ],
};

// Where there is a box for it, nobody has to write `none`.
export const helpOf = (part, name, says = "") => (PLAIN.includes(`${part}.${name}`) ? "" : says.replace(/; (the word )?`?none`? (where|for) [^.]*/, ""));
export const labelOf = (part, name) => LABELS[`${part}.${name}`]
  || name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
