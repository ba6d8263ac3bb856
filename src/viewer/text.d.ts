// esbuild compiles a .txt file in as a string.
declare module "*.txt" {
  const text: string;
  export default text;
}
