import { AD_STATUS, BID_TYPES, CAMPAIGN_STATUS, IMPRESSION_SOURCES, ORIGINS, PACINGS } from './ad-codes.js'

const oneOf = (column: string, values: readonly string[]): string =>
  `TEXT NOT NULL CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`

/**
 * Version 2: the ads inventory. Ids start at 1 and are dense. Times are unix seconds, UTC, money in the currency of the
 * data.
 * @param where TEMP makes the tables beside a database of version 1 that cannot be written: one without ads
 */
export const adsSchema = (where: '' | 'TEMP'): string => `
CREATE ${where} TABLE campaigns (
  id INTEGER PRIMARY KEY,
  external_id TEXT NOT NULL UNIQUE,
  advertiser INTEGER NOT NULL,
  status ${oneOf('status', CAMPAIGN_STATUS)},
  bid REAL NOT NULL CHECK (bid > 0),
  bid_type ${oneOf('bid_type', BID_TYPES)}, -- impression: for 1,000 of them
  daily_budget REAL CHECK (daily_budget >= 0), -- NULL: no limit
  pacing ${oneOf('pacing', PACINGS)},
  starts INTEGER,                     -- runs from then on; NULL: always has
  ends INTEGER CHECK (ends > starts), -- runs before it; NULL: always will
  countries TEXT,                     -- JSON array; NULL: everywhere
  flags TEXT,                         -- JSON array of policy flags: alcohol, gambling, political; NULL: none
  cap INTEGER CHECK (cap > 0),        -- at most cap impressions a user in cap_days days; NULL: no limit
  cap_days INTEGER CHECK (cap_days > 0 AND (cap IS NULL) = (cap_days IS NULL)),
  exclude_buyers_days INTEGER CHECK (exclude_buyers_days > 0), -- not shown to who converted within so many days
  origin ${oneOf('origin', ORIGINS)}
) STRICT;

CREATE ${where} TABLE ads (
  id INTEGER PRIMARY KEY,
  external_id TEXT NOT NULL UNIQUE,
  campaign INTEGER NOT NULL,
  advertiser INTEGER NOT NULL,
  item INTEGER,                       -- a shopping ad promotes this item; NULL: a standard ad
  title TEXT,                         -- NULL: that of the item
  category TEXT,                      -- of the landing page, a path; an item's own goes before it
  status ${oneOf('status', AD_STATUS)}
) STRICT;

-- What a campaign has spent on a day (days since 1970, UTC).
CREATE ${where} TABLE spend (
  campaign INTEGER NOT NULL,
  day INTEGER NOT NULL,
  amount REAL NOT NULL,
  PRIMARY KEY (campaign, day)
) STRICT, WITHOUT ROWID;

-- Ads shown to users. Two equal rows of a file are two impressions.
CREATE ${where} TABLE impressions (
  seq INTEGER PRIMARY KEY,
  user INTEGER NOT NULL,
  ad INTEGER NOT NULL,
  time INTEGER NOT NULL,
  position INTEGER,                   -- as the log counts positions
  propensity REAL CHECK (propensity > 0 AND propensity <= 1), -- probability with which it was shown there
  clicked INTEGER NOT NULL CHECK (clicked IN (0, 1)),
  converted INTEGER NOT NULL CHECK (converted IN (0, 1)),
  source ${oneOf('source', IMPRESSION_SOURCES)}
) STRICT;
${where === '' ? 'CREATE INDEX impressions_by_user ON impressions (user, time);' : ''}

-- Ads, readable: SELECT * FROM v_ads WHERE advertiser = 'a1'; an ad is paused or ended with its campaign
CREATE ${where} VIEW v_ads AS
SELECT d.external_id AS ad, iif(d.item IS NULL, 'standard', 'shopping') AS kind, a.external_id AS advertiser,
  a.name AS advertiser_name, i.external_id AS item, coalesce(d.title, i.title) AS title,
  coalesce(i.category, d.category) AS category, iif(c.status = 'active', d.status, c.status) AS status,
  c.external_id AS campaign, c.bid, c.bid_type, c.daily_budget, c.pacing,
  strftime('%Y-%m-%dT%H:%M:%SZ', c.starts, 'unixepoch') AS starts,
  strftime('%Y-%m-%dT%H:%M:%SZ', c.ends, 'unixepoch') AS ends,
  c.countries, c.flags, c.cap, c.cap_days, c.exclude_buyers_days, c.origin
FROM ads d
JOIN campaigns c ON c.id = d.campaign
JOIN advertisers a ON a.id = d.advertiser
LEFT JOIN items i ON i.id = d.item;

-- Impressions, readable: SELECT * FROM v_impressions WHERE user = '900' ORDER BY time;
CREATE ${where} VIEW v_impressions AS
SELECT m.seq, strftime('%Y-%m-%dT%H:%M:%SZ', m.time, 'unixepoch') AS time, u.external_id AS user,
  d.external_id AS ad, c.external_id AS campaign, a.external_id AS advertiser, i.external_id AS item,
  m.position, m.propensity, m.clicked, m.converted, m.source
FROM impressions m
JOIN users u ON u.id = m.user
JOIN ads d ON d.id = m.ad
JOIN campaigns c ON c.id = d.campaign
JOIN advertisers a ON a.id = d.advertiser
LEFT JOIN items i ON i.id = d.item;
`
