/** The `workerd` package is CommonJS without types: its `default` is the path of the program. */
declare module "workerd" {
  const workerd: { readonly default: string; readonly version: string };
  export default workerd;
}
