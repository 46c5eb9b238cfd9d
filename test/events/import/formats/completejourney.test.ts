import { expect, test } from 'vitest'
import { ImportFolder } from '../workspace.js'

const at0 = Date.UTC(2016, 0, 1) / 1000

test('the files of dunnhumby: days without a date, hhmm, the price of the first sale, baskets in one moment', async () => {
  const at = new ImportFolder()
  const lines = [
    'household_key,BASKET_ID,DAY,PRODUCT_ID,QUANTITY,SALES_VALUE,STORE_ID,RETAIL_DISC,TRANS_TIME,WEEK_NO,COUPON_DISC,COUPON_MATCH_DISC',
    '2375,26984851472,1,1004906,2,2.78,364,-0.6,1631,1,0,0',
    '2375,26984851472,1,1033142,1,0.82,364,0,1631,1,0,0',
    '2375,26984851473,711,1004906,1,9.99,364,0,5,102,0,0',
    '2375,26984851473,711,1004906,0,0,364,0,5,102,0,0',
    '2375,26984851473,711,1,-1,-2,364,0,5,102,0,0',
    '2375,26984851473,0,1,1,2,364,0,5,102,0,0',
    '2375,26984851473,1,1,1,2,364,0,2460,102,0,0',
  ]
  const products = [
    'PRODUCT_ID,MANUFACTURER,DEPARTMENT,BRAND,COMMODITY_DESC,SUB_COMMODITY_DESC,CURR_SIZE_OF_PRODUCT',
    '1004906,69,PRODUCE,Private,POTATOES,POTATOES RUSSET (BULK&BAG),5 LB',
    '77,2,GROCERY,National,MILK/CREAM, ,',
  ]
  const households = [
    'AGE_DESC,MARITAL_STATUS_CODE,INCOME_DESC,HOMEOWNER_DESC,HH_COMP_DESC,HOUSEHOLD_SIZE_DESC,KID_CATEGORY_DESC,household_key',
    '65+,A,35-49K,Homeowner,2 Adults No Kids,2,None/Unknown,2375',
  ]
  const files = [
    at.file('transaction_data.csv', lines),
    at.file('product.csv', products),
    at.file('hh_demographic.csv', households),
  ]
  const result = await at.importAs('completejourney', files, { maxRejects: 0.5 })
  expect(at.events()).toEqual([
    `2375 1004906 - checkout 0 ${at0 + 16 * 3600 + 31 * 60}`,
    `2375 1033142 - checkout 0 ${at0 + 16 * 3600 + 31 * 60}`,
    `2375 1004906 - checkout 0 ${at0 + 710 * 86_400 + 300}`,
  ])
  expect(at.items()).toEqual([
    '1004906 69 PRODUCE/POTATOES/POTATOES RUSSET (BULK&BAG) 1.39 POTATOES RUSSET (BULK&BAG)',
    '1033142 - - 0.82 -',
    '77 2 GROCERY/MILK|CREAM - -',
  ])
  expect(at.read((store) => store.user(1)?.attributes)).toMatchObject({ age_desc: '65+', household_size_desc: '2' })
  expect(result.files[0]).toMatchObject({
    rows: 3,
    skips: { 'quantity 0 or less': 2 },
    reasons: { 'DAY is not a number from 1': 1, 'TRANS_TIME is not hhmm': 1 },
  })
  expect(at.lines.join()).toContain('Day 1 is taken for 2016-01-01')
})

test('the tables of the packages: a timestamp, NA for nothing; another epoch says nothing to them', async () => {
  const at = new ImportFolder()
  const files = [
    at.file('transactions.csv', [
      'household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,coupon_match_disc,week,transaction_timestamp',
      '900,330,31198570044,1095275,1,0.5,0,0,0,1,2017-01-01 11:53:26',
    ]),
    at.file('products.csv', [
      'product_id,manufacturer_id,department,brand,product_category,product_type,package_size',
      '1095275,2,PASTRY,Private,ROLLS,ROLLS: BAGELS,4 OZ',
      '25671,2,GROCERY,National,NA,NA,22 LB',
    ]),
    at.file('demographics.csv', [
      'household_id,age,income,home_ownership,marital_status,household_size,household_comp,kids_count',
      '900,35-44,35-49K,Homeowner,NA,1,1 Adult No Kids,0',
    ]),
  ]
  await at.importAs('completejourney', files, { advertiser: 'brand' })
  expect(at.events()).toEqual(['900 1095275 - checkout 0 1483271606'])
  expect(at.items()).toEqual([
    '1095275 Private PASTRY/ROLLS/ROLLS: BAGELS 0.5 ROLLS: BAGELS',
    '25671 National GROCERY - -',
  ])
  expect(at.read((store) => store.user(1)?.attributes)).toEqual({
    age: '35-44',
    income: '35-49K',
    home_ownership: 'Homeowner',
    household_size: '1',
    household_comp: '1 Adult No Kids',
    kids_count: '0',
  })
})
