import { pythonHead } from "./python.ts";
import { FUNCTION_NAMES, type SnippetLaw, type SnippetRequest } from "./request.ts";

/** Fills a tensor, whose critical gain is `gain`. */
const FILL: Readonly<Record<SnippetLaw, string>> = {
  gaussian: `return tensor.normal_(0.0, gain / math.sqrt(fan_in), generator=generator)`,
  orthogonal: `return torch.nn.init.orthogonal_(tensor, gain=gain, generator=generator)`,
  uniform: `bound = math.sqrt(3) * gain / math.sqrt(fan_in)
        return tensor.uniform_(-bound, bound, generator=generator)`,
};

/** An initializer for PyTorch, in the manner of `torch.nn.init`. */
export function pytorch(request: SnippetRequest): string {
  const name = `${FUNCTION_NAMES[request.weights]}_`;
  const isUniform = request.weights === "uniform";
  const parameter = isUniform ? "" : ", negative_slope=NEGATIVE_SLOPE";
  return `${pythonHead(request, ["import torch"])}

def ${name}(tensor${parameter}, generator=None):
    """Fills the weight of a torch.nn.Linear, of shape (fan_out, fan_in)."""
    fan_out, fan_in = tensor.shape
    gain = critical_gain(fan_in, fan_out${isUniform ? "" : ", negative_slope"})
    with torch.no_grad():
        ${FILL[request.weights]}


# Usage:
# for layer in model.modules():
#     if isinstance(layer, torch.nn.Linear):
#         ${name}(layer.weight)
#         if layer.bias is not None:
#             torch.nn.init.zeros_(layer.bias)
`;
}
