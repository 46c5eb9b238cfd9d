import { loadInventory, type AdInventory, type InventoryCatalog } from '../ads/inventory.js'
import { handOver, serveThread } from '../core/thread.js'
import { shelfOrder, type ShelfOrder } from '../funnel/shelf.js'
import { openStore } from '../store/open.js'

/** What loading the ads of a workspace takes. */
export interface InventoryJob {
  /** the workspace */
  folder: string
  catalog: InventoryCatalog
  /** [items] what grows with the conversions of an item in 30 days */
  lately: Float32Array
}

export interface LoadedAds {
  inventory: AdInventory
  order: ShelfOrder
}

const methods = {
  load({ folder, catalog, lately }: InventoryJob): LoadedAds {
    const store = openStore(folder, { readonly: true })
    try {
      const inventory = loadInventory(store, catalog)
      const order = shelfOrder(inventory, lately)
      const parts = [inventory, inventory.ofItem, inventory.ofAdvertiser, order].flatMap((of) => Object.values(of))
      return handOver({ inventory, order }, parts.filter(ArrayBuffer.isView))
    } finally {
      store.close()
    }
  },
}

export type InventoryThread = typeof methods
serveThread(methods)
