import { needingPython } from "../../support/tiers/tiers.ts";
import { scriptJson } from "./support.ts";

describe("the Python package", () => {
  needingPython("numpy").it("needs nothing but NumPy for gains and for arrays", async () => {
    await scriptJson("package_check.py", "numpy_alone");
  });

  needingPython("numpy", "torch").it(
    "fills PyTorch's modules, but for what is excluded",
    async () => {
      await scriptJson("package_check.py", "torch_modules");
    },
  );

  needingPython("numpy", "keras").it(
    "makes kernels for Keras' layers, saved and loaded",
    async () => {
      await scriptJson("package_check.py", "keras_layers");
    },
  );

  needingPython("numpy", "jax").it("makes kernels for JAX, compiled or not", async () => {
    await scriptJson("package_check.py", "jax_functions");
  });
});
