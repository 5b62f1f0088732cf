import { credentials, loadPackageDefinition, type ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { system } from "./system";

const protos = fileURLToPath(new URL("../../../proto", import.meta.url));

interface Answer {
  version: string;
}

interface CartCommands {
  AddItem(request: object, metadata: { deadline: number }, done: (error: ServiceError | null, answer: Answer) => void): void;
  close(): void;
}

/** A client of the command process: what happens in the journal while the tests look on. */
export class Shop {
  private readonly carts: CartCommands;

  constructor() {
    const loaded = loadPackageDefinition(loadSync("keel/cart/v1/commands.proto", { includeDirs: [protos], longs: String, keepCase: true }));
    // The loaded definition has no types of its own.
    const { CartCommandService } = (loaded as any).keel.cart.v1;
    this.carts = new CartCommandService(system.command, credentials.createInsecure()) as CartCommands;
  }

  /** Puts an item into a cart, which is made by its first. */
  addItem(cart: string, sku = "KEEL-1", quantity = 1): Promise<Answer> {
    const request = {
      cart_id: cart,
      request_id: randomUUID(),
      sku,
      quantity: String(quantity),
      unit_price: { currency_code: "EUR", minor_units: "1250" },
    };
    return new Promise((resolve, reject) => {
      this.carts.AddItem(request, { deadline: Date.now() + 10_000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  async addItems(carts: string[]): Promise<void> {
    await Promise.all(carts.map((cart) => this.addItem(cart)));
  }

  close(): void {
    this.carts.close();
  }
}

/** Another name each time, so that a test never meets what an earlier one left. */
export const freshName = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;
